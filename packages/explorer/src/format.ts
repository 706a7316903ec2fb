/** Numbers as the page writes them. */
import { format } from "d3-format";

const integer = new Intl.NumberFormat("en");
const megabytes = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat("en", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const date = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export const formatInteger = (count: number): string => integer.format(count);

/** Bytes in units of 10^6. */
export const formatMegabytes = (bytes: number): string => megabytes.format(bytes / 1e6);

export const formatProbability = (probability: number): string => percentage.format(probability);

const share = new Intl.NumberFormat("en", { minimumFractionDigits: 4, maximumFractionDigits: 4 });
const small = new Intl.NumberFormat("en", { notation: "scientific", maximumFractionDigits: 2 });
const thousandths = new Intl.NumberFormat("en", { minimumFractionDigits: 3, maximumFractionDigits: 3 });

/** A probability as a number from 0 to 1, with four decimals; below those in powers of ten. */
export const formatShare = (probability: number): string =>
  probability > 0 && probability < 0.0001 ? small.format(probability) : share.format(probability);

/** Bits. */
export const formatEntropy = (bits: number): string => thousandths.format(bits);

export const formatLogit = (logit: number): string => thousandths.format(logit);

const hundredths = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A probability as a number from 0 to 1, in a sentence. */
export const formatBriefShare = (probability: number): string => hundredths.format(probability);

const SUPERSCRIPTS = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"] as const;

/** At an axis: small powers of ten as such. */
export function formatTick(value: number): string {
  const power = Math.round(Math.log10(value));
  if (value === 0 || !(power < -3) || Math.abs(value / 10 ** power - 1) > 1e-9) return String(value);
  return `10⁻${String(-power).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)] as string)}`;
}

/** A number of the model in four significant digits. */
export const formatFour = (value: number): string => minus(Number.isFinite(value) ? value.toPrecision(4) : `${value}`);

/** A score in a cell, with one decimal. */
export const formatBriefScore = (value: number): string => minus(value.toFixed(1));

/** In nine significant digits, which tell every float32 number from all others. */
export const formatNine = (value: number): string => minus(Number.isFinite(value) ? value.toPrecision(9) : `${value}`);

/** With the minus sign, which is as wide as a digit. */
function minus(text: string): string {
  return text.replace(/^-/, "\u2212").replace("Infinity", "\u221e");
}

const decimal = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** Three significant digits. */
export const formatDecimal = (value: number): string => decimal.format(value);

/** Three significant digits and a prefix, as 1.5M. */
export const formatShort = format(".3~s");

const fewDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

/** Bytes in units of 10^6, with two significant digits where there is less than one. */
export const formatFewMegabytes = (bytes: number): string =>
  bytes < 1e6 ? fewDigits.format(bytes / 1e6) : formatMegabytes(bytes);

/** A time in milliseconds since 1970, in the reader's zone. */
export const formatDate = (time: number): string => date.format(time);

const MARKS: Readonly<Record<string, string>> = { " ": "·", "\n": "↵", "\t": "⇥" };

/** A token's text with marks for its spaces, as the chips have them. */
export const markSpaces = (text: string): string => text.replace(/[ \n\t]/g, (space) => MARKS[space] as string);
