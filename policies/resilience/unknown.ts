/** A value that exists but is not known in this preview, such as the ARN of a key that is yet to be made. */
export const unknown = Symbol("unknown");
