"""The services: AWS KMS, Amazon DynamoDB, IAM, AWS STS and AWS CloudTrail.

Each is a class in its package's ``service.py``, with the two methods that the gate knows:
``permissions`` and ``act``. ``registry`` puts them together. What a sandbox gives back of them is
public: ``audit.Trail`` and its ``audit.Event``, and ``dynamodb.AtRest``.
"""
