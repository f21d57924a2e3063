import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { isThere } from "../../../sandbox/engine/installer";

describe("the probe for the official installer", () => {
    let server: http.Server;
    let url: string;
    let answer: (response: http.ServerResponse) => void;

    beforeEach(async () => {
        server = http.createServer((_request, response) => answer(response)).listen(0, "127.0.0.1");
        await once(server, "listening");
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/install.sh`;
    });
    afterEach(() => {
        server.close();
        server.closeAllConnections();
    });

    for (const [status, there] of [
        [200, true],
        [302, true],
        [403, false],
        [404, false],
        [502, false],
    ] as const) {
        it(`takes the answer ${status} for ${there ? "a yes" : "a no"}`, async () => {
            answer = (response) => response.writeHead(status).end();
            expect(await isThere(url, 10_000, undefined)).to.equal(there);
        });
    }

    it("gives up on a server that says nothing, and on one that is not there", async () => {
        answer = () => undefined;
        expect(await isThere(url, 20, undefined)).to.equal(false);
        const stop = new AbortController();
        const asked = isThere(url, 60_000, stop.signal);
        stop.abort();
        expect(await asked).to.equal(false);
        expect(await isThere("http://127.0.0.1:1/", 10_000, undefined)).to.equal(false);
    });
});
