import { reportPart } from "../figures";
import { replicationReport } from "./report";

reportPart(() => replicationReport());
