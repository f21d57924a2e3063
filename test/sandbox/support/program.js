// A small service for the tests: says what it sees of the world it runs in.
"use strict";

const http = require("node:http");

let ticks = 0;
setInterval(() => ticks++, 10_000).unref();
let closing = false;
process.on("SIGTERM", () => {
    closing = true;
    // Real milliseconds: it is the machine that is slow.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.SLOW_MS ?? 0));
    if (process.env.STUBBORN !== "1") {
        server.close(() => process.exit(0));
    }
});

const routes = {
    "/health": () => (process.env.SICK === "1" ? 500 : "ok"),
    "/environment": () => process.env,
    "/time": () => ({ now: Date.now(), ticks, made: new Date().getTime() }),
    "/version": () => ({ version: process.env.VERSION, closing }),
    "/crash": () => process.exit(3),
    "/lookup": async (url) =>
        require("node:dns").promises.lookup(url.searchParams.get("name"), { all: true }),
    "/fetch": async (url) => {
        const response = await fetch(url.searchParams.get("url"));
        return { status: response.status, body: await response.text() };
    },
};

const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, "http://self");
    try {
        const answer = await routes[url.pathname](url);
        response.statusCode = typeof answer === "number" ? answer : 200;
        response.end(JSON.stringify(answer));
    } catch (error) {
        response.statusCode = 599;
        response.end(JSON.stringify({ code: (error.cause ?? error).code, message: String(error) }));
    }
});
server.listen(Number(process.env.PORT), "0.0.0.0");
