import type { GeoPoint } from "../geography";

/**
 * Where regions are, to the degree, for geoproximity records that name one.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
export const regionLocations: Readonly<Record<string, GeoPoint>> = {
    "us-east-1": { latitude: 39, longitude: -77 },
    "us-east-2": { latitude: 40, longitude: -83 },
    "us-west-1": { latitude: 37, longitude: -122 },
    "us-west-2": { latitude: 46, longitude: -119 },
    "ca-central-1": { latitude: 45, longitude: -74 },
    "sa-east-1": { latitude: -24, longitude: -47 },
    "eu-west-1": { latitude: 53, longitude: -6 },
    "eu-west-2": { latitude: 52, longitude: 0 },
    "eu-west-3": { latitude: 49, longitude: 2 },
    "eu-central-1": { latitude: 50, longitude: 9 },
    "eu-north-1": { latitude: 59, longitude: 18 },
    "eu-south-1": { latitude: 45, longitude: 9 },
    "af-south-1": { latitude: -34, longitude: 18 },
    "me-south-1": { latitude: 26, longitude: 51 },
    "me-central-1": { latitude: 25, longitude: 55 },
    "ap-south-1": { latitude: 19, longitude: 73 },
    "ap-east-1": { latitude: 22, longitude: 114 },
    "ap-southeast-1": { latitude: 1, longitude: 104 },
    "ap-southeast-2": { latitude: -34, longitude: 151 },
    "ap-southeast-3": { latitude: -6, longitude: 107 },
    "ap-northeast-1": { latitude: 36, longitude: 140 },
    "ap-northeast-2": { latitude: 37, longitude: 127 },
    "ap-northeast-3": { latitude: 35, longitude: 135 },
};
