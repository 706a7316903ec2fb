/** Numbers as the page writes them. */
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

/** A time in milliseconds since 1970, in the reader's zone. */
export const formatDate = (time: number): string => date.format(time);
