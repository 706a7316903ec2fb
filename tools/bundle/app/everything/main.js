/** All that the core exports: the largest a bundle can be. */
import * as gpt from "@tsgpt/gpt";
import * as numeric from "@tsgpt/numeric";
import * as sampling from "@tsgpt/sampling";
import * as tensor from "@tsgpt/tensor";

globalThis.tsgpt = { gpt, numeric, sampling, tensor };
