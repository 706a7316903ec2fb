/**
 * Errors of requests, in OpenAI's shape: a message, a type, the field at fault, and a code for programs. They have a
 * status from 400 to 499; what the server itself cannot do (a stop, a fault) has one from 500.
 */

/** What a response says beside the message. */
export interface ApiErrorDetails {
  readonly status: number;
  /** The field of the body, as in `max_tokens`. */
  readonly param?: string | undefined;
  readonly code?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request that is not answered, and why. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(message: string, { status, param, code, headers = {} }: ApiErrorDetails) {
    super(message);
    this.status = status;
    this.param = param;
    this.code = code;
    this.headers = headers;
  }
}

/** The status of a response that nobody takes: nginx's, as HTTP has none. */
export const CLIENT_LEFT = 499;

/** Nobody receives it. */
export function clientLeft(): ApiError {
  return new ApiError("the client has closed the connection", { status: CLIENT_LEFT, code: "client_left" });
}

/** An error of the body: status 400. */
export function badRequest(message: string, param?: string, code = "invalid_value"): ApiError {
  return new ApiError(message, { status: 400, param, code });
}

/** The body of an error's response. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

/** OpenAI's shape of an error. */
export function errorBody({ message, status, param, code }: ApiError): ErrorBody {
  const type = TYPES[status] ?? (status >= 500 ? "server_error" : "invalid_request_error");
  return { error: { message, type, param: param ?? null, code: code ?? null } };
}
