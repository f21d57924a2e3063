import { expect } from "chai";

import { parseAccess } from "../../../../sandbox/world/caches/accessString";
import { runCommand, type Cluster, type Session } from "../../../../sandbox/world/caches/commands";
import { Keyspace } from "../../../../sandbox/world/caches/keyspace";
import { encodeReply, type Reply } from "../../../../sandbox/world/caches/replies";

describe("the commands of a cache", () => {
    let nowMs: number;
    let looked: boolean[];
    let cluster: Cluster & { role: Cluster["role"] };
    let session: Session;

    beforeEach(() => {
        nowMs = 1_000_000;
        looked = [];
        const keyspace = new Keyspace(() => nowMs);
        cluster = {
            keyspace,
            role: "primary",
            engineVersion: "7.1",
            nowMs: () => nowMs,
            write: (write) => keyspace.apply(write),
            looked: (found) => looked.push(found),
        };
        session = {
            version: 2,
            access: parseAccess("on ~* +@all"),
            authenticate: () => undefined,
        };
    });

    const run = (...words: string[]): Reply => {
        const reply = runCommand(
            words.map((word) => Buffer.from(word)),
            cluster,
            session,
        );
        return Buffer.isBuffer(reply) ? reply.toString() : reply;
    };
    const ok = { status: "OK" };

    it("keep and find texts, and count what is found", () => {
        expect(run("SET", "a", "1")).to.deep.equal(ok);
        expect(run("get", "a")).to.equal("1");
        expect(run("GET", "b")).to.equal(null);
        expect(run("MGET", "a", "b")).to.deep.equal([Buffer.from("1"), null]);
        expect(looked).to.deep.equal([true, false, true, false]);
        expect(run("EXISTS", "a", "b")).to.equal(1);
    });

    it("forget a key when its time is over", () => {
        run("SET", "seconds", "1", "EX", "10");
        run("SET", "milliseconds", "1", "px", "500");
        run("SET", "for-ever", "1");
        expect(run("TTL", "seconds")).to.equal(10);
        expect(run("TTL", "for-ever")).to.equal(-1);
        expect(run("TTL", "none")).to.equal(-2);
        nowMs += 500;
        expect(run("GET", "milliseconds")).to.equal(null);
        nowMs += 9499;
        expect(run("GET", "seconds")).to.equal("1");
        nowMs += 1;
        expect(run("GET", "seconds")).to.equal(null);
        expect(run("GET", "for-ever")).to.equal("1");
    });

    it("write only what is not there with NX", () => {
        expect(run("SET", "a", "1", "NX", "EX", "1")).to.deep.equal(ok);
        expect(run("SET", "a", "2", "NX")).to.equal(null);
        nowMs += 1000;
        expect(run("SET", "a", "2", "NX")).to.deep.equal(ok);
    });

    it("give a key a life, or end it", () => {
        run("SET", "a", "1");
        expect(run("EXPIRE", "a", "5")).to.equal(1);
        expect(run("TTL", "a")).to.equal(5);
        expect(run("EXPIRE", "a", "0")).to.equal(1);
        expect(run("GET", "a")).to.equal(null);
        expect(run("EXPIRE", "a", "5")).to.equal(0);
    });

    it("count, keeping the life of a key, and delete", () => {
        expect(run("INCR", "n")).to.equal(1);
        run("EXPIRE", "n", "9");
        expect(run("INCR", "n")).to.equal(2);
        expect(run("TTL", "n")).to.equal(9);
        run("SET", "text", "x");
        expect(run("INCR", "text")).to.deep.equal({
            error: "ERR value is not an integer or out of range",
        });
        expect(run("DEL", "n", "text", "none")).to.equal(2);
        expect(run("GET", "n")).to.equal(null);
    });

    it("refuse what is no command, or not one of theirs", () => {
        const error = (...words: string[]): string => (run(...words) as { error: string }).error;
        expect(error("SUBSCRIBE", "a")).to.match(/^ERR unknown command 'SUBSCRIBE'/);
        expect(error("constructor")).to.match(/^ERR unknown command/);
        expect(error("GET")).to.match(/^ERR wrong number of arguments for 'get'/);
        expect(error("SET", "a", "1", "EX")).to.match(/^ERR value is not an integer/);
        expect(error("SET", "a", "1", "EX", "0")).to.match(/^ERR invalid expire time/);
        expect(error("SET", "a", "1", "GT")).to.equal("ERR syntax error");
        expect(error("SELECT", "1")).to.match(/^ERR DB index/);
        expect(error("HELLO", "4")).to.match(/^NOPROTO/);
    });

    it("only read on a secondary", () => {
        run("SET", "a", "1");
        cluster.role = "secondary";
        expect(run("GET", "a")).to.equal("1");
        for (const words of [
            ["SET", "a", "2"],
            ["DEL", "a"],
            ["INCR", "n"],
            ["EXPIRE", "a", "1"],
        ]) {
            expect(run(...words)).to.deep.equal({
                error: "READONLY You can't write against a read only replica.",
            });
        }
        expect(run("INFO")).to.contain("role:slave");
    });

    it("let nobody in who has not said who they are", () => {
        session.access = undefined;
        expect(run("PING")).to.deep.equal({ error: "NOAUTH Authentication required." });
        session.authenticate = (user, password) => {
            if (password !== "secret") {
                return "WRONGPASS no";
            }
            session.access = parseAccess(user === "reader" ? "on ~a* -@all +@read" : "on ~* +@all");
            return undefined;
        };
        expect(run("AUTH", "reader", "wrong")).to.deep.equal({ error: "WRONGPASS no" });
        expect(run("HELLO", "3", "AUTH", "reader", "secret")).to.have.property("pairs");
        expect(session.version).to.equal(3);
        expect(run("GET", "a1")).to.equal(null);
        expect(run("GET", "b1")).to.deep.equal({
            error: "NOPERM No permissions to access a key",
        });
        expect((run("SET", "a1", "x") as { error: string }).error).to.match(/^NOPERM this user/);
    });

    it("judge by the last rule of an access string that speaks of a command", () => {
        const access = parseAccess("on ~cache:* -@all +@connection +get +set -set");
        expect(access.mayRun("get")).to.equal(true);
        expect(access.mayRun("ping")).to.equal(true);
        expect(access.mayRun("set")).to.equal(false);
        expect(access.mayRun("incr")).to.equal(false);
        expect(access.mayTouch("cache:1")).to.equal(true);
        expect(access.mayTouch("other:1")).to.equal(false);
        expect(parseAccess("off ~* +@all").enabled).to.equal(false);
    });

    it("answer in either version of the protocol", () => {
        const text = (reply: Reply, version: 2 | 3): string =>
            encodeReply(reply, version).toString();
        expect(text(null, 2)).to.equal("$-1\r\n");
        expect(text(null, 3)).to.equal("_\r\n");
        expect(text({ pairs: [["a", 1]] }, 2)).to.equal("*2\r\n$1\r\na\r\n:1\r\n");
        expect(text({ pairs: [["a", 1]] }, 3)).to.equal("%1\r\n$1\r\na\r\n:1\r\n");
        expect(text(["é", { status: "OK" }, { error: "ERR x" }], 2)).to.equal(
            "*3\r\n$2\r\né\r\n+OK\r\n-ERR x\r\n",
        );
    });
});
