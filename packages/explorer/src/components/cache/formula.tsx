/**
 * A formula in MathML, in parts between which a line may break. A part is written in one line, with a space between its
 * pieces: a letter is a variable, `C²` a square, and neighboring factors are multiplied.
 */
import type { ComponentChild } from "preact";

const TIMES = "\u2062"; // invisible
// Attributes that the types of Preact lack, or that it would leave out because they are false.
const PARENTHESIS: object = { stretchy: "false" };
const OPERATOR: object = { form: "infix" };

export function Formula({ parts }: { readonly parts: readonly string[] }) {
  return (
    <p class="formula">
      {parts.map((part) => (
        <Part key={part} pieces={part.split(" ")} />
      ))}
    </p>
  );
}

function Part({ pieces }: { readonly pieces: readonly string[] }) {
  const isFactor = (piece = "") => /^[\p{L}\d(]/u.test(piece);
  const endsFactor = (piece = "") => /[\p{L}\d²)]$/u.test(piece);
  return (
    <math>
      {pieces.map((piece, i) => [endsFactor(pieces[i - 1]) && isFactor(piece) && <mo>{TIMES}</mo>, pieceOf(piece)])}
    </math>
  );
}

function pieceOf(piece: string): ComponentChild {
  if (piece.endsWith("²")) {
    return (
      <msup>
        {pieceOf(piece.slice(0, -1))}
        <mn>2</mn>
      </msup>
    );
  }
  if (/^\p{L}$/u.test(piece)) return <mi>{piece}</mi>;
  if (/^\d/.test(piece)) return <mn>{piece}</mn>;
  return <mo {...(/[()]/.test(piece) ? PARENTHESIS : OPERATOR)}>{piece}</mo>;
}
