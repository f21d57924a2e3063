import { reportPart } from "../figures";
import { consistencyReport } from "./report";

reportPart(() => consistencyReport());
