import { S3Client } from "@aws-sdk/client-s3";
import { oneAttempt } from "./clients";

export const s3 = new S3Client(oneAttempt);
