import { type ChildProcess, spawn } from "node:child_process";
import type http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import readline from "node:readline";

import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import dynalite from "dynalite";

import { cart, openStore, region, stock, table } from "./store";

const writers = 6;
const granted = 100_000;

describe("processes that are killed while they write", () => {
    let server: http.Server;
    const environment = { ...process.env };

    before(async () => {
        server = dynalite({ createTableMs: 0 });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        Object.assign(process.env, {
            AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            AWS_ACCESS_KEY_ID: "AKIAREHEARSALCLOUD00",
            AWS_SECRET_ACCESS_KEY: "rehearsal",
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        });
        const client = new DynamoDBClient({ region });
        await client.send(
            new CreateTableCommand({
                TableName: table,
                KeySchema: [
                    { AttributeName: "pk", KeyType: "HASH" },
                    { AttributeName: "sk", KeyType: "RANGE" },
                ],
                AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({
                    AttributeName,
                    AttributeType: "S",
                })),
                BillingMode: "PAY_PER_REQUEST",
            }),
        );
        client.destroy();
    });
    after(() => {
        process.env = environment;
        server.close();
        server.closeAllConnections();
    });

    it("leave every write that they were told of, and nothing that they did not begin", async () => {
        const store = openStore();
        await store.apply("stock", stock, { op: "grant", amount: granted });
        const said = { sets: new Set<string>(), set: new Set<string>() };
        const taken = { takes: new Set<string>(), took: new Set<string>() };
        const words = { ...said, ...taken };

        // Two at a time write the same items.
        for (let run = 0; run < writers; run += 2) {
            await Promise.all(
                [run, run + 1].map((each) => writeUntilKilled(`run${each}`, 8 + 5 * each, words)),
            );
        }

        expect(said.set.size).to.be.greaterThan(writers);
        const read = await store.get("cart", cart);
        const lines = new Set(read.kind === "found" ? read.value.keys() : []);
        expect([...said.set].filter((line) => !lines.has(line))).to.deep.equal([]);
        expect([...lines].filter((line) => !said.sets.has(line))).to.deep.equal([]);

        const level = await store.get("stock", stock);
        expect(level.kind).to.equal("found");
        const left = level.kind === "found" ? level.value.left : NaN;
        expect(granted - left).to.be.within(taken.took.size, taken.takes.size);
    });
});

/** Starts a writer, notes what it says, and kills it once it has said so many words. */
async function writeUntilKilled(
    run: string,
    most: number,
    words: Readonly<Record<string, Set<string>>>,
): Promise<void> {
    const child: ChildProcess = spawn(
        process.execPath,
        ["--require", "ts-node/register/transpile-only", path.join(__dirname, "writer.ts"), run],
        { stdio: ["ignore", "pipe", "inherit"] },
    );
    const gone = new Promise<string | null>((resolve) =>
        child.once("exit", (_code, signal) => resolve(signal)),
    );
    let count = 0;
    const output = readline.createInterface({ input: child.stdout as NodeJS.ReadableStream });
    for await (const line of output) {
        const [what = "", name = ""] = line.split(" ");
        words[what]?.add(name);
        if (++count === most) {
            child.kill("SIGKILL");
        }
    }
    expect(await gone).to.equal("SIGKILL");
}
