// Prints by how many bytes the heap grows when two vectors are compared 20,000 times: the median of
// 31 rounds, because a collection may fall into one. In a process of its own: what else has used the
// same code decides what V8 makes of it, and code that V8 has not compiled boxes large numbers.
import { VersionVector } from "../../../../runtime/consistency/versionVector";

const a = VersionVector.of({ "ap-east-1": 5, "ap-south-1": 5, "eu-west-1": 5, "us-east-1": 5 });
const b = VersionVector.parse(a.toString()).increment("us-east-1");
const grown = Array.from({ length: 31 }, () => {
    const used = process.memoryUsage().heapUsed;
    for (let i = 0; i < 20_000; i++) {
        if (a.compare(b) !== "before") {
            throw new Error(`${a} is not before ${b}`);
        }
    }
    return process.memoryUsage().heapUsed - used;
}).sort((x, y) => x - y);
console.log(grown[15]);
