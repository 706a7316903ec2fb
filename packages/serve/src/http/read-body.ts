/** Reads a request's body: JSON in UTF-8, of a limited size, and nothing else. */
import { ApiError, badRequest, clientLeft } from "./api-error.ts";

/** Most bytes of a body: 1 MiB. */
const MOST_BODY_BYTES = 2 ** 20;

/** @throws ApiError for another type, a body that is too large, invalid UTF-8 or invalid JSON */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type.trim())) {
    const got = type === "" ? "none" : JSON.stringify(type.slice(0, 80));
    throw new ApiError(`the Content-Type must be application/json, got ${got}`, {
      status: 415,
      code: "unsupported_media_type",
    });
  }
  const text = decoded(await readBytes(request));
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("the body is not valid JSON", undefined, "invalid_json");
  }
}

async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > MOST_BODY_BYTES) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of piecesOf(request)) {
    size += piece.length;
    if (size > MOST_BODY_BYTES) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** A body fails only where its client leaves before the end. @throws ApiError, 499 */
async function* piecesOf({ body }: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? [];
  } catch {
    throw clientLeft();
  }
}

function tooLarge(): ApiError {
  const message = `the body is larger than ${MOST_BODY_BYTES} bytes; send less, or several requests`;
  return new ApiError(message, { status: 413, code: "body_too_large", headers: { Connection: "close" } });
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badRequest("the body is not valid UTF-8", undefined, "invalid_utf8");
  }
}
