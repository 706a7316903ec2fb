/** What a link says of the page besides the text: the texts that are judged, the interventions, the open number. */
import type { NumberName } from "@tsgpt/analysis";
import type { Intervention } from "../protocol/interventions.ts";
import { strings } from "../strings.ts";
import { type LinkKey, type LinkValue, linkKey, oneOf, wholeNumber } from "./link-values.ts";

const { rules } = strings.link;

/** What is omitted has the page's default. */
export interface PageChoices {
  /** Changes of the model by hand. */
  readonly interventions?: readonly Intervention[];
  readonly textA?: string;
  readonly textB?: string;
  /** The key of the watermark that both texts are tested for. */
  readonly watermarkTest?: number;
  /** The number that is open. */
  readonly number?: NumberName;
  /** What the large map of the block shows. */
  readonly attention?: "scores" | "pattern";
  readonly hideFirst?: boolean;
}

type Keys = { readonly [Name in keyof PageChoices]-?: LinkKey<NonNullable<PageChoices[Name]>> };

export const pageKeys: Keys = {
  interventions: linkKey("interventions", {
    rule: rules.interventions,
    write: (value) => JSON.stringify(value),
    read: readInterventions,
  }),
  textA: linkKey("text-a", text()),
  textB: linkKey("text-b", text()),
  watermarkTest: linkKey("watermark-test", wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  number: linkKey("number", {
    rule: rules.numberName,
    write: ({ tensor, index }) => `${tensor}:${index.join(",")}`,
    read: readNumber,
  }),
  attention: linkKey("attention", oneOf(["scores", "pattern"])),
  hideFirst: linkKey("hide-first", { rule: "true", write: String, read: (value) => value === "true" || undefined }),
};

function text(): LinkValue<string> {
  return { rule: "", write: String, read: (value) => value };
}

const NUMBER = /^([\w.]{1,100}):(\d{1,7}(?:,\d{1,7}){0,2})$/;

function readNumber(value: string): NumberName | undefined {
  const [, tensor, index] = NUMBER.exec(value) ?? [];
  return tensor && index ? { tensor, index: index.split(",").map(Number) } : undefined;
}

/** More would take long to compute. */
const MOST_INTERVENTIONS = 100;

function readInterventions(value: string): Intervention[] | undefined {
  try {
    const list: unknown = JSON.parse(value);
    if (!Array.isArray(list) || list.length > MOST_INTERVENTIONS) return undefined;
    const read = list.map(readIntervention);
    return read.includes(undefined) ? undefined : (read as Intervention[]);
  } catch {
    return undefined;
  }
}

/** Whether the model has that part is for the worker to say. */
function readIntervention(value: unknown): Intervention | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type, tensor, head, position, from, ...rest } = value as Record<string, unknown>;
  const isIndex = (index: unknown) => index === undefined || (Number.isSafeInteger(index) && (index as number) >= 0);
  const isPart = typeof tensor === "string" && isIndex(head) && isIndex(position) && Object.keys(rest).length === 0;
  const isZero = type === "zero" && from === undefined;
  const isPatch = type === "patch" && typeof from === "string" && position !== undefined;
  return isPart && (isZero || isPatch) ? (value as Intervention) : undefined;
}
