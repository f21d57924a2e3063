import { reportPart } from "../figures";
import { storeReport } from "./report";

reportPart(() => storeReport());
