/** A command as data: arguments, options, help, and an action that receives the parsed values. */
import type { Command } from "commander";
import { addOptions, checkOptions, type OptionList, type OptionsOf } from "./options/option.ts";

/** `<model>`; if it may be omitted `[text]`, or `[text...]` for a list; and its description in the help. */
type ArgumentSpec = readonly [name: `<${string}>` | `[${string}]`, description: string];

interface CommandSpec<Arguments extends readonly ArgumentSpec[], Options extends OptionList> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly arguments: Arguments;
  readonly options: Options;
  /** Examples and notes; the help shows them after the options. */
  readonly help: string;
  readonly action: (...given: [...ArgumentsOf<Arguments>, OptionsOf<Options>]) => Promise<void>;
}

/** An argument in brackets may be undefined; one with dots is a list. */
type ArgumentsOf<Arguments extends readonly ArgumentSpec[]> = {
  -readonly [I in keyof Arguments]: Arguments[I] extends readonly [`${string}...]`, string]
    ? readonly string[]
    : Arguments[I] extends readonly [`[${string}`, string]
      ? string | undefined
      : string;
};

/** A command that can be added to a program. */
export interface CliCommand {
  readonly name: string;
  readonly addTo: (program: Command) => void;
}

/** Declares a command. */
export function command<const Arguments extends readonly ArgumentSpec[], const Options extends OptionList>(
  spec: CommandSpec<Arguments, Options>,
): CliCommand {
  return { name: spec.name, addTo: (program) => addCommand(program, spec) };
}

function addCommand<Arguments extends readonly ArgumentSpec[], Options extends OptionList>(
  program: Command,
  { name, summary, arguments: args, options, help, action }: CommandSpec<Arguments, Options>,
): void {
  const made = program.command(name).description(summary);
  for (const [argument, description] of args) made.argument(argument, description);
  addOptions(made, options);
  made
    .addHelpText("after", `\n${help}`)
    .hook("preAction", (_, called) => checkOptions(options, called.opts()))
    .action(async () => {
      // the types follow the declaration, which is what commander parsed by
      const given = args.map((_, i) => made.processedArgs[i]) as [...ArgumentsOf<Arguments>];
      await action(...given, made.opts() as OptionsOf<Options>);
    });
}

/** A command that has commands of its own, and does nothing by itself. */
export function commandGroup(group: {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  readonly commands: readonly CliCommand[];
}): CliCommand {
  const addTo = (program: Command) => {
    const made = program.command(group.name).description(group.summary).addHelpText("after", `\n${group.help}`);
    for (const command of group.commands) command.addTo(made);
  };
  return { name: group.name, addTo };
}
