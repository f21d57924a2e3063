import http from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { OrderArchive, type ArchivedOrder } from "../../../runtime/service/orderArchive";
import { fakeCredentials, withEnvironment } from "../../support/awsStub";

const order = (orderId: string) => ({ orderId, createdAt: "2026-05-17T10:00:00.000Z", total: 7 });

describe("the archive of orders", () => {
    const put: { path: string; body: string; ifNoneMatch: string | undefined }[] = [];
    const lost: ArchivedOrder[] = [];
    /** Status of the coming answers; 200 when there is none left. */
    let answers: number[] = [];
    let server: http.Server;
    let archive: OrderArchive;
    let restore: () => void;

    beforeEach(async () => {
        put.length = 0;
        lost.length = 0;
        answers = [];
        server = http.createServer((request, response) => {
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString()));
            request.on("end", () => {
                const status = answers.shift() ?? 200;
                if (status === 200) {
                    const { "if-none-match": ifNoneMatch } = request.headers;
                    put.push({ path: request.url?.split("?")[0] ?? "", body, ifNoneMatch });
                }
                const code = status === 412 ? "PreconditionFailed" : "AccessDenied";
                response.writeHead(status);
                response.end(status === 200 ? "" : `<Error><Code>${code}</Code></Error>`);
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        restore = withEnvironment({
            ...fakeCredentials,
            AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        });
        archive = new OrderArchive({
            bucket: "archive",
            region: "eu-west-1",
            onLost: (gone) => void lost.push(gone),
            pauseMs: { first: 1, longest: 4 },
        });
    });

    afterEach(async () => {
        await archive.drain(0);
        restore();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });

    it("writes each order as an object of its day, and only where there is none", async () => {
        archive.keep(order("o1"));
        await archive.drain(10_000);
        expect(put).to.deep.equal([
            {
                path: "/archive/orders/2026/05/17/o1.json",
                body: JSON.stringify(order("o1")),
                ifNoneMatch: "*",
            },
        ]);
        expect(lost).to.deep.equal([]);
    });

    it("tries what failed again until it is archived, each once", async () => {
        answers = [403, 403, 403];
        const ids = Array.from({ length: 9 }, (_, index) => `o${index}`);
        ids.forEach((id) => archive.keep(order(id)));
        await archive.drain(10_000);
        expect(put.map(({ path }) => path).sort()).to.deep.equal(
            ids.map((id) => `/archive/orders/2026/05/17/${id}.json`),
        );
        expect(lost).to.deep.equal([]);
        expect(archive.pending).to.equal(0);
    });

    it("takes an order that is archived already for done", async () => {
        answers = [412];
        archive.keep(order("o1"));
        await archive.drain(10_000);
        expect(put).to.deep.equal([]);
        expect(lost).to.deep.equal([]);
    });

    it("says which orders it could not archive when its time is up", async () => {
        answers = Array.from({ length: 10_000 }, () => 403);
        archive.keep(order("o1"));
        archive.keep(order("o2"));
        await archive.drain(50);
        const deadline = Date.now() + 10_000;
        while (lost.length < 2 && Date.now() < deadline) {
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        expect(lost.map(({ orderId }) => orderId).sort()).to.deep.equal(["o1", "o2"]);
    });
});
