/** The rules of src/text-argument.ts, as the help of every command that takes a text has them. */
export const TEXT_HELP = `Where the text or prompt is given, @file is the text of a file; one that itself begins with @ is typed with @@. Of a file and of
standard input, one newline at the end and a byte order mark (U+FEFF) at the start are dropped. Other options, such as --stop, take their
text as it is.`;
