/**
 * A formula in MathML, written in one line: pieces between spaces, where a letter is a variable, `C²` a square, `n_inner` a
 * variable with an index, and neighboring factors are multiplied.
 */
import type { ComponentChild } from "preact";

const TIMES = "\u2062"; // invisible

export function Formula({ children }: { readonly children: string }) {
  const pieces = children.split(" ");
  const isFactor = (piece = "") => /^[\p{L}\d(]/u.test(piece);
  const endsFactor = (piece = "") => /[\p{L}\d²)]$/u.test(piece);
  return (
    <math display="block">
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
  const [variable, index] = piece.split("_");
  if (index !== undefined) {
    return (
      <msub>
        <mi>{variable}</mi>
        <mi>{index}</mi>
      </msub>
    );
  }
  if (/^\p{L}+$/u.test(piece)) return <mi>{piece}</mi>;
  return /^\d/.test(piece) ? <mn>{piece}</mn> : <mo>{piece}</mo>;
}
