/**
 * Addresses that Route 53's health checkers ask from. Pinned, because a lookup would run on every
 * update and end in another region. To refresh them in quiet times:
 *
 *     curl -s https://ip-ranges.amazonaws.com/ip-ranges.json |
 *         jq -r '.prefixes[] | select(.service == "ROUTE53_HEALTHCHECKS") | .ip_prefix' | sort -V
 *
 * IPv4 alone: a check of a host's name, as all of ours are, never asks over IPv6. A range that is
 * missing here makes the lever alarms ring: its checkers cannot read any vote.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-ip-addresses.html
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
 */
export const healthCheckerRanges = [
    "15.177.0.0/18",
    "54.183.255.128/26",
    "54.228.16.0/26",
    "54.232.40.64/26",
    "54.241.32.64/26",
    "54.243.31.192/26",
    "54.244.52.192/26",
    "54.245.168.0/26",
    "54.248.220.0/26",
    "54.250.253.192/26",
    "54.251.31.128/26",
    "54.252.79.128/26",
    "54.252.254.192/26",
    "54.255.254.192/26",
    "107.23.255.0/26",
    "176.34.159.192/26",
    "177.71.207.128/26",
] as const;
