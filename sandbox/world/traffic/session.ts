import type { NetworkResponse } from "../network";
import { headerOf } from "./attempt";

/** Header of a session's token, both ways. */
const sessionHeader = "x-session-token";

/** What a shopper has seen, in the application's words: said with a request, and told anew by its answer. */
export class Session {
    #token: string | undefined;

    get headers(): Readonly<Record<string, string>> {
        return this.#token === undefined ? {} : { [sessionHeader]: this.#token };
    }

    heard(response: NetworkResponse | undefined): void {
        this.#token = headerOf(response, sessionHeader) ?? this.#token;
    }
}
