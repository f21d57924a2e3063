import type { Props } from "../../world/store";
import type { ResourceType } from "../resourceType";
import { text } from "../support/known";
import { Problems } from "../support/problems";
import { bodyProblems } from "./dashboardBody";

/**
 * A dashboard. The account has one list of them, whichever region they are made in: the ARN has no
 * region.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
 */
export const dashboardType: ResourceType = {
    type: "aws:cloudwatch/dashboard:Dashboard",
    service: "cloudwatch",
    home: "regional",
    actions: {
        create: "PutDashboard",
        read: "GetDashboard",
        update: "PutDashboard",
        delete: "DeleteDashboards",
    },
    inputs: ["dashboardBody", "dashboardName"],
    required: ["dashboardBody", "dashboardName"],
    replaceOn: ["dashboardName"],
    documents: ["dashboardBody"],
    upsert: true,
    computed: ["dashboardArn"],

    check(inputs: Props) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "dashboardName",
            /^[\w-]{1,255}$/,
            "1 to 255 letters, digits, hyphens and underscores",
        );
        const body = text(inputs, "dashboardBody");
        for (const reason of body === undefined ? [] : bodyProblems(body)) {
            problems.add("dashboardBody", reason);
        }
        return problems.found;
    },

    compute(inputs, context) {
        const name = text(inputs, "dashboardName") ?? "";
        return {
            id: name,
            outputs: {
                ...inputs,
                dashboardArn: `arn:aws:cloudwatch::${context.accountId}:dashboard/${name}`,
            },
        };
    },
};
