/** The structure of a model's parameters, by the checkpoint's names in camelCase, with any leaf: tensors, or facts. */

/** The two parameters of a layer norm or of a linear layer. */
export interface ParameterPair<T> {
  readonly weight: T;
  readonly bias: T;
}

/** The parameters of a block. */
export interface BlockTree<T> {
  readonly ln1: ParameterPair<T>;
  readonly attn: { readonly cAttn: ParameterPair<T>; readonly cProj: ParameterPair<T> };
  readonly ln2: ParameterPair<T>;
  readonly mlp: { readonly cFc: ParameterPair<T>; readonly cProj: ParameterPair<T> };
}

/** The parameters of a model. */
export interface ParameterTree<T> {
  readonly wte: T;
  readonly wpe: T;
  readonly blocks: readonly BlockTree<T>[];
  readonly lnF: ParameterPair<T>;
  /** The same object as `wte` when tied. */
  readonly lmHead: T;
}

/** The same structure with other leaves, each changed once, in the order of the pass; a tied head stays tied. */
export function mapTree<T, U>(tree: ParameterTree<T>, change: (leaf: T) => U): ParameterTree<U> {
  const pair = ({ weight, bias }: ParameterPair<T>) => ({ weight: change(weight), bias: change(bias) });
  const wte = change(tree.wte);
  return {
    wte,
    wpe: change(tree.wpe),
    blocks: tree.blocks.map(({ ln1, attn, ln2, mlp }) => ({
      ln1: pair(ln1),
      attn: { cAttn: pair(attn.cAttn), cProj: pair(attn.cProj) },
      ln2: pair(ln2),
      mlp: { cFc: pair(mlp.cFc), cProj: pair(mlp.cProj) },
    })),
    lnF: pair(tree.lnF),
    lmHead: tree.lmHead === tree.wte ? wte : change(tree.lmHead),
  };
}

/** The leaves as a list, each once, in the order of the pass. */
export function listTree<T>(tree: ParameterTree<T>): T[] {
  const leaves: T[] = [];
  mapTree(tree, (leaf) => leaves.push(leaf));
  return leaves;
}
