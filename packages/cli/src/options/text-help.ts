/** The rules of input/text-argument.ts, for the help of every command that takes a text. */
export const TEXT_HELP = `\
For a text or prompt, @file reads a UTF-8 file; type @@ for a text that begins with @. One newline at the end and a byte
order mark (U+FEFF) at the start are removed from files and standard input. Other options, such as --stop, take their
text literally.`;
