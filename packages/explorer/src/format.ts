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

/** A number of the model in four significant digits. */
export const formatFour = (value: number): string => minus(Number.isFinite(value) ? value.toPrecision(4) : `${value}`);

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
