import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { clientOptions } from "./clients";

/** DynamoDB in the function's own region. */
export const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions), {
  marshallOptions: { removeUndefinedValues: true },
  // By default a number that JavaScript cannot represent rejects the whole answer, or becomes a BigInt.
  // The schemas refuse such a number in its own item.
  unmarshallOptions: { wrapNumbers: Number },
});
