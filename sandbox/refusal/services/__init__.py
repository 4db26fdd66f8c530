"""The services: AWS KMS, Amazon DynamoDB, IAM, AWS STS and AWS CloudTrail."""
