/** The one secret that everybody in the world signs with: it keeps nobody out, and shows who forgot to sign. */
export const secretAccessKey = "rehearsal";
