/**
 * The name that a misspelled one was meant to be. Case, "-" and "_" do not count: `max_tokens`, `MAX-TOKENS` and
 * `maxtokens` are `maxTokens`.
 */

/**
 * The known name nearest to `name`, of equally near ones that with more of its first letters: stopp is stop, not topP.
 * Undefined if none is near, or two are equally near.
 */
export function nearest<Name extends string>(name: string, known: Iterable<Name>): Name | undefined {
  let best: Name | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editsBetween(name, candidate) - sameStart(plain(name), plain(candidate)) / 1000;
    if (distance > least) continue;
    best = distance < least ? candidate : undefined;
    least = distance;
  }
  return best;
}

/** How different two names are; infinite if they are too different for one to be meant by the other. */
function editsBetween(name: string, known: string): number {
  const [given, wanted] = [name, known].map(plain) as [string, string];
  const edits = editDistance(given, wanted);
  if (edits <= Math.max(given.length, wanted.length) / 3) return edits;
  const isPart = given.length >= 3 && wanted.startsWith(given); // temp is temperature
  return isPart || hasWords(name, known) || hasWords(known, name) ? wanted.length : Number.POSITIVE_INFINITY;
}

/** How many letters two names begin with alike. */
function sameStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** Whether `name` has all words of `other`: max_new_tokens has those of maxTokens, top_p has that of p. */
function hasWords(name: string, other: string): boolean {
  const [all, some] = [name, other].map(wordsOf) as [string[], string[]];
  return some.length > 0 && some.every((word) => all.includes(word));
}

function wordsOf(name: string): string[] {
  const spaced = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced.split(/[^a-z0-9]+/).filter((word) => word !== "");
}

/** Optimal string alignment: how many letters to insert, delete or replace, or to swap with the next one. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  let twoAbove = above;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? twoAbove[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, swapped, above[j]! + 1, row[j - 1]! + 1));
    }
    [twoAbove, above] = [above, row];
  }
  return above[b.length]!;
}
