import { AwsError } from "../../aws/awsError";
import { text } from "../../aws/support/known";
import type { Topics } from "../topics/topics";
import type { MessageAttributes } from "../topics/filterPolicy";
import { refuseRole } from "../messageAccess";
import type { World } from "../world";
import { callerRole } from "./callerRole";
import { escapeXml, notImplemented, xmlResponse } from "./errors";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { actionOf, formOf } from "./server";

const namespace = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"';
const topicType = "aws:sns/topic:Topic";
/** Most bytes of a message, https://docs.aws.amazon.com/sns/latest/api/API_Publish.html. */
const maximumMessageBytes = 262_144;

/** SNS's API over the world's topics. */
export class SnsApi implements ApiHandler {
    readonly service = "sns";
    readonly protocol = "query";

    constructor(
        private readonly world: World,
        private readonly topics: Topics,
    ) {}

    describe(request: ApiRequest): ApiCall {
        const action = actionOf(request);
        return { action, plane: action.startsWith("Publish") ? "data" : "control" };
    }

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const action = actionOf(request);
        const form = formOf(request);
        return xmlResponse(
            `<${action}Response ${namespace}><${action}Result>${this.#run(action, form, request)}</${action}Result></${action}Response>`,
        );
    }

    #run(action: string, form: URLSearchParams, request: ApiRequest): string {
        switch (action) {
            case "Publish":
                return `<MessageId>${this.#publish(form, request)}</MessageId>`;
            case "ListTopics":
                return `<Topics>${this.world.store
                    .list(topicType, request.region)
                    .map(({ id }) => `<member><TopicArn>${id}</TopicArn></member>`)
                    .join("")}</Topics>`;
            case "GetTopicAttributes":
                return this.#attributes(form.get("TopicArn") ?? "", request.region);
            default:
                throw notImplemented("sns", action);
        }
    }

    #publish(form: URLSearchParams, request: ApiRequest): string {
        const topicArn = form.get("TopicArn") ?? form.get("TargetArn") ?? "";
        const message = form.get("Message") ?? "";
        if (message === "") {
            throw new AwsError("InvalidParameter", "Invalid parameter: Empty message");
        }
        if (Buffer.byteLength(message) > maximumMessageBytes) {
            throw new AwsError("InvalidParameter", "Invalid parameter: Message too long");
        }
        if (topicArn.split(":")[3] !== request.region) {
            throw new AwsError("InvalidParameter", "Invalid parameter: TopicArn");
        }
        const topic = this.world.store.get(topicType, request.region, topicArn);
        refuseRole(this.world, callerRole(request.headers), {
            service: "sns",
            region: request.region,
            action: "Publish",
            resource: topicArn,
            policy: topic && this.topics.policyOf(topic),
            keyReference: text(topic?.outputs, "kmsMasterKeyId"),
            keyActions: ["kms:GenerateDataKey", "kms:Decrypt"],
        });
        return this.topics.accept(
            topicArn,
            message,
            form.get("Subject") ?? undefined,
            request.caller,
            attributesOf(form),
        );
    }

    #attributes(topicArn: string, region: string): string {
        const topic = this.world.store.get(topicType, region, topicArn);
        if (topic === undefined) {
            throw new AwsError("NotFound", "Topic does not exist", 404);
        }
        const entries = {
            TopicArn: topicArn,
            Owner: this.world.accountId,
            Policy: text(topic.outputs, "policy") ?? "",
            KmsMasterKeyId: text(topic.outputs, "kmsMasterKeyId") ?? "",
        };
        return `<Attributes>${Object.entries(entries)
            .map(
                ([key, value]) =>
                    `<entry><key>${key}</key><value>${escapeXml(value)}</value></entry>`,
            )
            .join("")}</Attributes>`;
    }
}

/** `MessageAttributes.entry.1.Name` and so on. */
function attributesOf(form: URLSearchParams): MessageAttributes {
    const attributes: Record<string, { type: string; value: string }> = {};
    for (let i = 1; ; i++) {
        const at = `MessageAttributes.entry.${i}`;
        const name = form.get(`${at}.Name`);
        if (name === null) {
            return attributes;
        }
        attributes[name] = {
            type: form.get(`${at}.Value.DataType`) ?? "String",
            value: form.get(`${at}.Value.StringValue`) ?? form.get(`${at}.Value.BinaryValue`) ?? "",
        };
    }
}
