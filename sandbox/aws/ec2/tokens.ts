import type { StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { byId } from "../support/known";

/** Type tokens of what the network is made of, by which its types find one another. */
export const tokens = {
    vpc: "aws:ec2/vpc:Vpc",
    subnet: "aws:ec2/subnet:Subnet",
    internetGateway: "aws:ec2/internetGateway:InternetGateway",
    routeTable: "aws:ec2/routeTable:RouteTable",
    route: "aws:ec2/route:Route",
    routeTableAssociation: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    securityGroup: "aws:ec2/securityGroup:SecurityGroup",
    ingressRule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    egressRule: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    vpcEndpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
    flowLog: "aws:ec2/flowLog:FlowLog",
    natGateway: "aws:ec2/natGateway:NatGateway",
    loadBalancer: "aws:lb/loadBalancer:LoadBalancer",
    service: "aws:ecs/service:Service",
} as const;

/** EC2's "not found" codes: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-codes.html */
const missing = {
    vpc: (id: string) => new AwsError("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`),
    subnet: (id: string) =>
        new AwsError("InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`),
    internetGateway: (id: string) =>
        new AwsError(
            "InvalidInternetGatewayID.NotFound",
            `The internetGateway ID '${id}' does not exist`,
        ),
    natGateway: (id: string) =>
        new AwsError("NatGatewayNotFound", `The Nat Gateway ${id} was not found`),
    routeTable: (id: string) =>
        new AwsError("InvalidRouteTableID.NotFound", `The routeTable ID '${id}' does not exist`),
    securityGroup: (id: string) =>
        new AwsError("InvalidGroup.NotFound", `The security group '${id}' does not exist`),
    vpcEndpoint: (id: string) =>
        new AwsError("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`),
} as const;

/** The resource in the region of the call. @throws AwsError when it is not there */
export function required(
    context: TypeContext,
    kind: keyof typeof missing,
    id: string,
): StoredResource {
    const found = byId(context, tokens[kind], id);
    if (found === undefined) {
        throw missing[kind](id);
    }
    return found;
}

/** @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-codes.html (DependencyViolation) */
export function dependencyViolation(message: string): AwsError {
    return new AwsError("DependencyViolation", message);
}
