/** The losses of a run as an SVG: training as a line of means over parts of the steps, evaluations as points. */
import { partMeans } from "../terminal/loss-curve.ts";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 400, 60, 20, 40, 50];
const PARTS = 300;
const TICKS = 5;
const LEGEND = "loss in nats per token at each step: training as a line, validation as points";

/** The step and the loss of an evaluation. */
export type Evaluation = readonly [step: number, loss: number];

/** An SVG of the losses after steps 1 to n. */
export function lossSvg(title: string, losses: readonly number[], evaluations: readonly Evaluation[]): string {
  const means = partMeans(losses, PARTS);
  const all = [...means, ...evaluations.map(([, loss]) => loss)];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (step: number) => LEFT + (step / Math.max(1, losses.length)) * (WIDTH - LEFT - RIGHT);
  const y = (loss: number) => TOP + (high === low ? 0.5 : (high - loss) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const middle = (part: number) => ((part + 0.5) * losses.length) / means.length; // a step
  const line = means.map((mean, i) => `${x(middle(i)).toFixed(1)},${y(mean).toFixed(1)}`);
  const points = evaluations.map(
    ([step, loss]) => `<circle cx="${x(step).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="3"/>`,
  );
  const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="24" font-size="14">${escaped(title)}</text>
${ticks(losses.length, low, high, x, y)}
<polyline fill="none" stroke="#1f6f8b" stroke-width="1.5" points="${line.join(" ")}"/>
<g fill="#c2571a">${points.join("")}</g>
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">${LEGEND}</text>
</svg>
`;
}

function ticks(
  steps: number,
  low: number,
  high: number,
  x: (step: number) => number,
  y: (loss: number) => number,
): string {
  const shares = Array.from({ length: TICKS }, (_, i) => i / (TICKS - 1));
  const ofLoss = shares.map((share) => {
    const loss = low + share * (high - low);
    const at = y(loss).toFixed(1);
    const anchor = 'text-anchor="end" dominant-baseline="middle"';
    const text = `<text x="${LEFT - 8}" y="${at}" ${anchor}>${loss.toFixed(2)}</text>`;
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/>${text}`;
  });
  const ofStep = shares.map((share) => {
    const step = Math.round(share * steps);
    return `<text x="${x(step).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${step}</text>`;
  });
  return [...ofLoss, ...ofStep].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
