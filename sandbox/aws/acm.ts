import { certificateType } from "./acm/certificate";
import { certificateValidationType } from "./acm/certificateValidation";
import type { ResourceType } from "./resourceType";

export const acmTypes: readonly ResourceType[] = [certificateType, certificateValidationType];
