/** Numbers as the page writes them. */
const integer = new Intl.NumberFormat("en");
const megabytes = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat("en", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export const formatInteger = (count: number): string => integer.format(count);

/** Bytes in units of 10^6. */
export const formatMegabytes = (bytes: number): string => megabytes.format(bytes / 1e6);

export const formatProbability = (probability: number): string => percentage.format(probability);
