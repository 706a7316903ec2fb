/** A tensor as readable text: the shape, then values in aligned columns; long axes are abbreviated as in NumPy. */

/** The parts of a tensor that are formatted. */
interface Formatted {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly size: number;
  row(index: number): Formatted;
}

const EDGE = 3; // rows or columns shown at each end of a long axis
const DIGITS = 4;

export function formatTensor(tensor: Formatted): string {
  const head = `Tensor [${tensor.shape.join(", ")}]`;
  if (tensor.size === 0) return `${head} (empty)`;
  const width = Math.max(...shownValues(tensor).map((value) => formatNumber(value).length));
  return `${head}\n${formatPart(tensor, width, "")}`;
}

function formatPart(tensor: Formatted, width: number, indent: string): string {
  if (tensor.shape.length === 0) return formatNumber(tensor.data[0] as number);
  if (tensor.shape.length === 1) {
    const cells = shownIndices(tensor.size).map((i) =>
      i < 0 ? "..." : formatNumber(tensor.data[i] as number).padStart(width),
    );
    return `[${cells.join("  ")}]`;
  }
  const inner = `${indent} `;
  const rows = shownIndices(tensor.shape[0] as number).map((i) =>
    i < 0 ? "..." : formatPart(tensor.row(i), width, inner),
  );
  return `[${rows.join(`\n${inner}`)}]`;
}

/** The indices shown for an axis of length n; -1 stands for the omitted part. */
function shownIndices(n: number): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  return n <= 2 * EDGE + 2 ? all : [...all.slice(0, EDGE), -1, ...all.slice(-EDGE)];
}

function shownValues(tensor: Formatted): number[] {
  if (tensor.shape.length === 0) return [...tensor.data];
  const indices = shownIndices(tensor.shape[0] as number).filter((i) => i >= 0);
  if (tensor.shape.length === 1) return indices.map((i) => tensor.data[i] as number);
  return indices.flatMap((i) => shownValues(tensor.row(i)));
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  const plain = value === 0 || (magnitude >= 1e-3 && magnitude < 1e6);
  return plain ? value.toFixed(DIGITS) : value.toExponential(DIGITS - 1);
}
