import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { fakeCredentials } from "../../support/awsStub";

const root = path.join(__dirname, "..", "..", "..");
const dockerfile = path.join(root, "runtime", "service", "Dockerfile");
const instructions = fs
    .readFileSync(dockerfile, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(" "));

describe("the storefront's image", () => {
    let folder: string;
    let bundle: string;

    before(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-image-"));
        bundle = path.join(folder, "service.js");
    });

    after(() => {
        fs.rmSync(folder, { recursive: true });
    });

    it("is built from files that are there, and that Docker is not told to ignore", () => {
        const copied = instructions
            .filter(([word, first]) => word === "COPY" && first?.startsWith("--from") === false)
            .flatMap((words) => words.slice(1, -1))
            .map((file) => path.normalize(file));
        const admitted = fs
            .readFileSync(`${dockerfile}.dockerignore`, "utf8")
            .split("\n")
            .filter((line) => line.startsWith("!"))
            .map((line) => line.slice(1));
        expect(copied).to.have.members(["package.json", "package-lock.json", "runtime"]);
        expect(admitted).to.have.members(copied);
        for (const file of copied) {
            expect(fs.existsSync(path.join(root, file)), file).to.be.true;
        }
    });

    it("runs on the processors that the task definition asks for", () => {
        const stages = instructions.filter(([word]) => word === "FROM");
        // Only the stage that makes the bundle is the builder's own.
        expect(stages.map(([, first]) => first === "--platform=$BUILDPLATFORM")).to.deep.equal([
            true,
            false,
        ]);
    });

    describe("runs what it bundles", () => {
        let service: ChildProcess;
        let exited: Promise<unknown[]>;
        let port: number;

        before(async () => {
            const [, , , ...given] =
                instructions.find((words) => words.join(" ").startsWith("RUN npx esbuild")) ?? [];
            expect(given).to.include("--outfile=/service.js");
            execFileSync(
                path.join(root, "node_modules", ".bin", "esbuild"),
                [
                    ...given.filter((word) => !word.startsWith("--outfile=")),
                    `--outfile=${bundle}`,
                    "--log-level=warning",
                ],
                { cwd: root, stdio: "inherit" },
            );
            port = await freePort();
            service = spawn(process.execPath, [bundle], {
                cwd: folder,
                env: {
                    ...fakeCredentials,
                    PORT: String(port),
                    REGION: "eu-west-1",
                    REGIONS: "eu-west-1,us-east-1",
                    TABLE_NAME: "storefront",
                    MEDIA_BUCKET: "media",
                    ORDERS_BUCKET: "orders",
                    EVENT_STREAM: "events",
                    STATE_NAME: "_state.eu-west-1.app.example.com",
                    CACHE_NAME: "_cache.eu-west-1.app.example.com",
                    CACHE_ID: "meridian-cache-eu-west-1",
                    CACHE_USER: "meridian-storefront",
                    DATABASE_WRITER: "_database.example.com",
                    DATABASE_READER: "_database-reader.example.com",
                    DATABASE: "storefront",
                    DATABASE_USER: "storefront",
                    WRITE_NAME: "write.example.com",
                    REGION_HOST: "*.origin.example.com",
                    RECEIPT_KEYS: "meridian/receipt-keys",
                    LOG_LEVEL: "error",
                },
                stdio: "inherit",
            });
            exited = once(service, "exit");
        });

        after(() => {
            service.kill("SIGKILL");
        });

        it("answers its health check, and when it is stopped ends what is under way, then itself", async () => {
            expect(await untilAnswered(port, "/health")).to.deep.include({ region: "eu-west-1" });

            const agent = new http.Agent({ keepAlive: true });
            const request = http.request({
                port,
                agent,
                method: "PUT",
                path: "/carts/c/items/none",
                headers: { "content-type": "application/json", "content-length": 14 },
            });
            request.write('{"quantity"');
            await once(request, "socket");
            await untilAnswered(port, "/health");
            service.kill("SIGTERM");
            await untilRefused(port);
            request.end(":1}");
            const [response] = (await once(request, "response")) as [http.IncomingMessage];
            response.resume();
            expect(response.statusCode).to.equal(404);
            expect(response.headers.connection).to.equal("close");
            expect(await exited).to.deep.equal([0, null]);
            agent.destroy();
        });
    });
});

async function freePort(): Promise<number> {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    server.close();
    await once(server, "close");
    return port;
}

/** JSON answer of the path, on a connection of its own, once there is one. */
async function untilAnswered(port: number, url: string): Promise<unknown> {
    for (;;) {
        const body = await new Promise<string | undefined>((resolve) => {
            http.get({ port, path: url, agent: false }, (response) => {
                let text = "";
                response.on("data", (chunk: Buffer) => (text += chunk.toString()));
                response.on("end", () => resolve(text));
            }).on("error", () => resolve(undefined));
        });
        if (body !== undefined) {
            return JSON.parse(body);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

/** Resolves once nobody listens at the port. */
async function untilRefused(port: number): Promise<void> {
    for (;;) {
        const socket = net.connect(port, "127.0.0.1");
        const refused = await new Promise<boolean>((resolve) => {
            socket.once("connect", () => resolve(false));
            socket.once("error", () => resolve(true));
        });
        socket.destroy();
        if (refused) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
