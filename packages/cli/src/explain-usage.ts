/** Usage errors: commander's messages on wrong arguments and options, completed with the command to type instead. */
import type { Command, CommanderError } from "commander";

/** The message, without the prefix "error: "; `typed` are the arguments of the program. */
export function explainUsage(program: Command, error: CommanderError, typed: readonly string[]): string {
  const message = error.message
    .replace(/^error: /, "")
    .replace(/ is invalid\. /, " is invalid: ")
    .replace(/^\((.*)\)$/gm, "$1"); // commander puts "Did you mean ...?" in parentheses
  const command = typedCommand(program, typed);
  const isBlank = command === undefined && typed[0]?.trim() === "";
  if (command && command.commands.length > 0) return explainGroup(command, error, message);
  if (error.code === "commander.help" || isBlank) return `give a command: ${commandNames(program).join(", ")}`;
  if (error.code === "commander.unknownCommand") return unknownCommand(program, message);
  if (error.code === "commander.excessArguments" && command) return excessArguments(command);
  if (error.code === "commander.unknownOption") return unknownOption(program, command, message);
  return message;
}

/** The command that was typed, or the one of a group; undefined for none that exists. */
export function typedCommand(program: Command, typed: readonly string[]): Command | undefined {
  const found = program.commands.find((known) => known.name() === typed[0]);
  return (found && typedCommand(found, typed.slice(1))) ?? found;
}

/** As it is typed: `tsgpt batch score`. */
export function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

/** A group without one of its commands. */
function explainGroup(group: Command, error: CommanderError, message: string): string {
  const names = commandNames(group).join(", ");
  if (error.code === "commander.help") return `give one of the commands of ${group.name()}: ${names}`;
  if (error.code !== "commander.unknownCommand") return message;
  const name = JSON.stringify((group.args[0] ?? "").slice(0, 60));
  return `unknown command ${name} of ${group.name()}\nit has ${names}`;
}

/** The names of the commands. */
function commandNames(program: Command): string[] {
  return program.commands.map((known) => known.name());
}

/** A misspelled command, or a prompt without a command. */
function unknownCommand(program: Command, message: string): string {
  const options = program.args.findIndex((word) => word.startsWith("-"));
  const words = options < 0 ? program.args : program.args.slice(0, options);
  const isMisspelled = message.includes("\n") && !/\s/.test(words[0] ?? "");
  if (isMisspelled) return message;
  const name = JSON.stringify((words[0] ?? "").slice(0, 60));
  const quotedCommand = commandInQuotes(program, words.join(" "));
  if (quotedCommand) return `unknown command ${name}\n${quotedCommand}`;
  return `unknown command ${name}\nto continue a text: tsgpt generate ${shellWord(words.join(" "))}`;
}

/** The hint for `"generate The king"`, where the command was quoted together with the text. */
function commandInQuotes(program: Command, words: string): string | undefined {
  const [, first, text = ""] = /^\s*(\S+)\s+(.*\S)\s*$/s.exec(words) ?? [];
  const command = program.commands.find((known) => known.name() === first);
  if (!command || /^-|\s-/.test(text)) return command && `leave ${command.name()} and its options out of the quotes`;
  const takesPrompt = command.registeredArguments.length === 0 && takes(command, "--prompt");
  const argument = `${takesPrompt ? "--prompt " : ""}${shellWord(text)}`;
  return `leave the command out of the quotes: tsgpt ${command.name()} ${argument}`;
}

const TEXTS = ["prompt", "text"]; // names of the arguments that are texts

function excessArguments(command: Command): string {
  const { args, registeredArguments: declared } = command;
  const name = command.name();
  const most =
    declared.length === 0 ? "no arguments" : declared.length === 1 ? "one argument" : `${declared.length} arguments`;
  const problem = `too many arguments for ${name}: it takes ${most}, got ${args.length}`;
  const prompt: unknown = command.getOptionValue("prompt"); // the first word of a prompt without quotes
  const text = shellWord((typeof prompt === "string" ? [prompt, ...args] : args).join(" "));
  if (args.slice(declared.length).every((word) => /^[\d.,:-]+$/.test(word)) && hasListOption(command)) {
    return `${problem}\na list is written with commas and without spaces: 1,2,3`;
  }
  if (TEXTS.includes(declared[0]?.name() ?? ""))
    return `${problem}\nquote the ${declared[0]?.name()}: tsgpt ${name} ${text}`;
  if (declared.length > 0) return `${problem}\nquote a name that has spaces`;
  if (takes(command, "--prompt")) return `${problem}\nthe prompt is an option: tsgpt ${name} --prompt ${text}`;
  if (takes(command, "--model")) return `${problem}\nthe model is an option: tsgpt ${name} --model ${text}`;
  return problem;
}

function takes(command: Command, option: string): boolean {
  return command.options.some(({ long }) => long === option);
}

/** Whether an option was given whose value is a list, as `--tokens <ids>`. */
function hasListOption(command: Command): boolean {
  const lists = command.options.filter(({ flags }) => /<(ids|list|id:)/.test(flags));
  return lists.some((option) => command.getOptionValueSource(option.attributeName()) === "cli");
}

/** An option before the command, --prompt where the text is an argument, or a text that begins with a dash. */
function unknownOption(program: Command, command: Command | undefined, message: string): string {
  if (!command) return `${message}\noptions follow a command: ${commandNames(program).join(", ")}`;
  const option = /^unknown option '(.*?)'$/ms.exec(message)?.[1] ?? "";
  const text = command.registeredArguments.map((argument) => argument.name()).find((name) => TEXTS.includes(name));
  if (text === undefined) return message;
  if (/\s/.test(option)) {
    const name = JSON.stringify(option.slice(0, 60));
    const fix = `${fullName(command)} -- ${shellWord(option)}`;
    return `unknown option ${name}\na ${text} that begins with a dash: ${fix}`;
  }
  if (option !== "--prompt") return message;
  return `unknown option '--prompt'\nthe ${text} is an argument: tsgpt ${command.name()} "Once upon a time"`;
}

/** A text as one word of a POSIX shell; a long text, or one of several lines, is abbreviated to "...". */
function shellWord(text: string): string {
  if (!/^\P{C}{1,80}$/u.test(text)) return '"..."';
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
