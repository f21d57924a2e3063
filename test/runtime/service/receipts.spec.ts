import http from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { rotatedRing, type KeyRing } from "../../../runtime/receipts/keyRing";
import { signReceipt, type ReceiptedOrder } from "../../../runtime/receipts/receipt";
import { Receipts } from "../../../runtime/service/receipts";
import { fakeCredentials, withEnvironment } from "../../support/awsStub";

const order: ReceiptedOrder = {
    orderId: "o1",
    cartId: "c1",
    total: 1,
    currency: "USD",
    region: "us-east-1",
    createdAt: "2026-05-01T00:00:00.000Z",
};

describe("the storefront's receipts", () => {
    let server: http.Server;
    let restore: () => void;
    let receipts: Receipts;
    let problems: unknown[];
    /** What the secret says; an error's name in place of it. */
    let secret: KeyRing | "ResourceNotFoundException" | "InternalServiceError" | "nonsense";
    let reads: string[];
    let nowMs: number;

    before(async () => {
        server = http.createServer((request, response) => {
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString()));
            request.on("end", () => {
                reads.push((JSON.parse(body) as { SecretId: string }).SecretId);
                const isError = typeof secret === "string" && secret !== "nonsense";
                response.writeHead(isError ? 400 : 200, {
                    "content-type": "application/x-amz-json-1.1",
                });
                response.end(
                    JSON.stringify(
                        isError
                            ? { __type: secret, message: "no" }
                            : {
                                  SecretString:
                                      secret === "nonsense" ? secret : JSON.stringify(secret),
                              },
                    ),
                );
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        restore = withEnvironment({
            ...fakeCredentials,
            AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        });
    });

    after(() => {
        restore();
        server.closeAllConnections();
        server.close();
    });

    beforeEach(() => {
        [problems, reads, nowMs] = [[], [], 1_000_000];
        secret = rotatedRing({ keys: [] });
        receipts = new Receipts({
            secret: "meridian/receipt-keys",
            region: "eu-west-1",
            onProblem: (problem) => problems.push(problem),
            now: () => nowMs,
        });
    });

    afterEach(() => receipts.stop());

    const signedBy = (ring: KeyRing): string => signReceipt(order, ring) ?? "";

    it("are issued and checked by the keys of the secret, read once", async () => {
        await receipts.start();
        const receipt = receipts.issue(order) ?? "";
        expect(await receipts.check(receipt)).to.deep.equal({ kind: "valid", order });
        expect((await receipts.check(`${receipt.slice(0, -1)}!`)).kind).to.equal("forged");
        expect(reads).to.deep.equal(["meridian/receipt-keys"]);
    });

    it("look for a key that they do not know, and only so often", async () => {
        await receipts.start();
        const newer = rotatedRing(rotatedRing(secret as KeyRing));
        secret = newer;
        expect((await receipts.check(signedBy(newer))).kind).to.equal("unknown-key");
        nowMs += 10_000;
        expect(
            await Promise.all(
                Array.from({ length: 5 }, async () => (await receipts.check(signedBy(newer))).kind),
            ),
        ).to.deep.equal(Array.from({ length: 5 }, () => "valid"));
        expect(reads).to.have.length(2);
    });

    it("have no keys before there is a secret, which is no problem, and find it later", async () => {
        const later = secret;
        secret = "ResourceNotFoundException";
        await receipts.start();
        expect(receipts.issue(order)).to.equal(undefined);
        expect(problems).to.deep.equal([]);
        secret = later;
        nowMs += 10_000;
        expect((await receipts.check(signedBy(later as KeyRing))).kind).to.equal("valid");
        expect(receipts.issue(order)).to.be.a("string");
    });

    for (const broken of ["InternalServiceError", "nonsense"] as const) {
        it(`go on with the keys they have when the secret is broken (${broken}), and say so`, async () => {
            await receipts.start();
            const receipt = receipts.issue(order) ?? "";
            secret = broken;
            nowMs += 10_000;
            const strange = signedBy(rotatedRing({ keys: [] }));
            expect((await receipts.check(strange)).kind).to.equal("unknown-key");
            expect(problems).to.have.length(1);
            expect((await receipts.check(receipt)).kind).to.equal("valid");
        });
    }
});
