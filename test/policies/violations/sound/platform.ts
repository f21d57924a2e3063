// A container platform in one region: load balancer, Fargate, Aurora.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const accountId = "111122223333";
const region = "eu-west-1";
const zones = ["a", "b", "c"].map((letter) => `${region}${letter}`);

const key = new aws.kms.Key("platform", {
    enableKeyRotation: true,
    policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "Owner",
                Effect: "Allow",
                Principal: { AWS: `arn:aws:iam::${accountId}:root` },
                Action: "kms:*",
                Resource: "*",
            },
            {
                Sid: "Services",
                Effect: "Allow",
                Principal: {
                    Service: [`logs.${region}.amazonaws.com`, "cloudwatch.amazonaws.com"],
                },
                Action: ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:Describe*"],
                Resource: "*",
                Condition: { StringEquals: { "aws:SourceAccount": accountId } },
            },
        ],
    }),
});
const logGroup = (name: string, physical: string) =>
    new aws.cloudwatch.LogGroup(name, {
        name: physical,
        retentionInDays: 90,
        kmsKeyId: key.arn,
    });

const vpc = new aws.ec2.Vpc("platform", { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true });
const flowRole = new aws.iam.Role("flow-logs", {
    assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Action: "sts:AssumeRole",
                Principal: { Service: "vpc-flow-logs.amazonaws.com" },
                Condition: { StringEquals: { "aws:SourceAccount": accountId } },
            },
        ],
    }),
});
new aws.ec2.FlowLog("platform", {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestination: logGroup("flows", "/vpc/platform").arn,
    iamRoleArn: flowRole.arn,
});
const gateway = new aws.ec2.InternetGateway("platform", { vpcId: vpc.id });
const publicRoutes = new aws.ec2.RouteTable("public", { vpcId: vpc.id });
new aws.ec2.Route("internet", {
    routeTableId: publicRoutes.id,
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: gateway.id,
});
const publicSubnets = zones.map((availabilityZone, index) => {
    const subnet = new aws.ec2.Subnet(`public-${index}`, {
        vpcId: vpc.id,
        availabilityZone,
        cidrBlock: `10.20.${index}.0/24`,
    });
    new aws.ec2.RouteTableAssociation(`public-${index}`, {
        routeTableId: publicRoutes.id,
        subnetId: subnet.id,
    });
    return subnet;
});
const privateSubnets = zones.map(
    (availabilityZone, index) =>
        new aws.ec2.Subnet(`private-${index}`, {
            vpcId: vpc.id,
            availabilityZone,
            cidrBlock: `10.20.${index + 10}.0/24`,
        }),
);

const group = (name: string) =>
    new aws.ec2.SecurityGroup(name, { vpcId: vpc.id, description: name });
const [front, tasks, data] = [group("front"), group("tasks"), group("data")];
for (const port of [80, 443]) {
    new aws.vpc.SecurityGroupIngressRule(`front-${port}`, {
        securityGroupId: front.id,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        cidrIpv4: "0.0.0.0/0",
    });
}
const lets = (to: aws.ec2.SecurityGroup, from: aws.ec2.SecurityGroup, port: number, name: string) =>
    new aws.vpc.SecurityGroupIngressRule(name, {
        securityGroupId: to.id,
        referencedSecurityGroupId: from.id,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
    });
lets(tasks, front, 8080, "front-to-tasks");
lets(data, tasks, 5432, "tasks-to-data");

const balancer = new aws.lb.LoadBalancer("front", {
    name: "platform",
    subnets: publicSubnets.map(({ id }) => id),
    securityGroups: [front.id],
    enableDeletionProtection: true,
    dropInvalidHeaderFields: true,
    // The archive of logs is another account's.
    accessLogs: { bucket: "example-log-archive-eu-west-1", prefix: "platform", enabled: true },
});
const targets = new aws.lb.TargetGroup("web", {
    vpcId: vpc.id,
    port: 8080,
    protocol: "HTTP",
    targetType: "ip",
    deregistrationDelay: 30,
    healthCheck: { path: "/health", interval: 10, unhealthyThreshold: 3, matcher: "200" },
});
const secure = new aws.lb.Listener("https", {
    loadBalancerArn: balancer.arn,
    port: 443,
    protocol: "HTTPS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    certificateArn: `arn:aws:acm:${region}:${accountId}:certificate/12345678-1234-1234-1234-123456789012`,
    defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
});
new aws.lb.Listener("http", {
    loadBalancerArn: balancer.arn,
    port: 80,
    protocol: "HTTP",
    defaultActions: [
        {
            type: "redirect",
            redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
        },
    ],
});
const metrics = (metricName: string) => ({
    cloudwatchMetricsEnabled: true,
    sampledRequestsEnabled: true,
    metricName,
});
const firewall = new aws.wafv2.WebAcl("front", {
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    rules: [
        {
            name: "flood",
            priority: 0,
            action: { block: {} },
            statement: { rateBasedStatement: { limit: 3000, aggregateKeyType: "IP" } },
            visibilityConfig: metrics("flood"),
        },
    ],
    visibilityConfig: metrics("front"),
});
new aws.wafv2.WebAclAssociation("front", {
    resourceArn: balancer.arn,
    webAclArn: firewall.arn,
});
new aws.wafv2.WebAclLoggingConfiguration("front", {
    resourceArn: firewall.arn,
    logDestinationConfigs: [logGroup("firewall", "aws-waf-logs-platform").arn],
});

const database = new aws.rds.Cluster("orders", {
    clusterIdentifier: "orders",
    engine: "aurora-postgresql",
    databaseName: "orders",
    masterUsername: "orders",
    manageMasterUserPassword: true,
    masterUserSecretKmsKeyId: key.arn,
    iamDatabaseAuthenticationEnabled: true,
    dbSubnetGroupName: new aws.rds.SubnetGroup("data", {
        subnetIds: privateSubnets.map(({ id }) => id),
    }).name,
    vpcSecurityGroupIds: [data.id],
    storageEncrypted: true,
    kmsKeyId: key.arn,
    backupRetentionPeriod: 14,
    deletionProtection: true,
    copyTagsToSnapshot: true,
    enabledCloudwatchLogsExports: ["postgresql"],
    finalSnapshotIdentifier: "orders-last",
});
for (const role of ["writer", "reader"]) {
    new aws.rds.ClusterInstance(`orders-${role}`, {
        clusterIdentifier: database.id,
        engine: "aurora-postgresql",
        instanceClass: "db.r6g.large",
        publiclyAccessible: false,
    });
}

const taskTrust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
        {
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Principal: { Service: "ecs-tasks.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": accountId } },
        },
    ],
});
const execution = new aws.iam.Role("execution", { assumeRolePolicy: taskTrust });
new aws.iam.RolePolicyAttachment("execution", {
    role: execution.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
});
const cluster = new aws.ecs.Cluster("platform", {
    name: "platform",
    settings: [{ name: "containerInsights", value: "enabled" }],
});
const log = logGroup("web", "/ecs/web");
const definition = new aws.ecs.TaskDefinition("web", {
    family: "web",
    cpu: "512",
    memory: "1024",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    executionRoleArn: execution.arn,
    containerDefinitions: pulumi.jsonStringify([
        {
            name: "web",
            image: `${accountId}.dkr.ecr.${region}.amazonaws.com/web:1.4.2`,
            essential: true,
            portMappings: [{ containerPort: 8080, protocol: "tcp" }],
            logConfiguration: {
                logDriver: "awslogs",
                options: {
                    "awslogs-group": log.name,
                    "awslogs-region": region,
                    "awslogs-stream-prefix": "web",
                },
            },
        },
    ]),
});
const service = new aws.ecs.Service(
    "web",
    {
        name: "web",
        cluster: cluster.arn,
        taskDefinition: definition.arn,
        launchType: "FARGATE",
        desiredCount: 6,
        networkConfiguration: {
            subnets: privateSubnets.map(({ id }) => id),
            securityGroups: [tasks.id],
        },
        loadBalancers: [{ targetGroupArn: targets.arn, containerName: "web", containerPort: 8080 }],
        deploymentCircuitBreaker: { enable: true, rollback: true },
    },
    { dependsOn: [secure], ignoreChanges: ["desiredCount"] },
);
const scaling = new aws.appautoscaling.Target("web", {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
    minCapacity: 6,
    maxCapacity: 24,
});
new aws.appautoscaling.Policy("web", {
    policyType: "TargetTrackingScaling",
    serviceNamespace: scaling.serviceNamespace,
    scalableDimension: scaling.scalableDimension,
    resourceId: scaling.resourceId,
    targetTrackingScalingPolicyConfiguration: {
        targetValue: 50,
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
    },
});

const onCall = new aws.sns.Topic("on-call", { kmsMasterKeyId: key.arn });
new aws.cloudwatch.MetricAlarm("unhealthy", {
    comparisonOperator: "LessThanThreshold",
    evaluationPeriods: 2,
    metricName: "HealthyHostCount",
    namespace: "AWS/ApplicationELB",
    dimensions: { LoadBalancer: balancer.arnSuffix, TargetGroup: targets.arnSuffix },
    period: 60,
    statistic: "Minimum",
    threshold: 3,
    treatMissingData: "breaching",
    alarmActions: [onCall.arn],
    okActions: [onCall.arn],
});

export const address = balancer.dnsName;
