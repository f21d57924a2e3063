import { flowLogType } from "./ec2/flowLog";
import { internetGatewayType } from "./ec2/internetGateway";
import { routeType } from "./ec2/route";
import { routeTableType } from "./ec2/routeTable";
import { routeTableAssociationType } from "./ec2/routeTableAssociation";
import { securityGroupType } from "./ec2/securityGroup";
import { securityGroupEgressRuleType, securityGroupIngressRuleType } from "./ec2/securityGroupRule";
import { subnetType } from "./ec2/subnet";
import { vpcType } from "./ec2/vpc";
import { vpcEndpointType } from "./ec2/vpcEndpoint";
import type { ResourceType } from "./resourceType";

export const ec2Types: readonly ResourceType[] = [
    vpcType,
    subnetType,
    internetGatewayType,
    routeTableType,
    routeType,
    routeTableAssociationType,
    securityGroupType,
    securityGroupIngressRuleType,
    securityGroupEgressRuleType,
    vpcEndpointType,
    flowLogType,
];
