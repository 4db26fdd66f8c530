"""The one door to moto, the emulator underneath: no module outside this folder imports it.

contract.py   every name of moto and botocore that the folder leans on; checked at every start
process.py    moto running in this process, with no accounts or with those of one sandbox
hooks.py      what the sandbox puts in moto's and botocore's places, and requests handed to moto
quicker.py    what moto does anew for each request, done once
iam.py        moto's users, roles, groups and policies
dynamodb.py   moto's tables, items and streams
comparisons.py  moto's conditions and filters, by type and value
projections.py  moto's projections, over typed values
query.py      the query protocol of IAM and STS
http.py       bodies and headers as botocore's HTTP layer has them
loader.py     the one loader of AWS's service models

Objects of moto's leave the folder as Protocols (``MotoUser``, ``MotoTable``, …), which name every
attribute that the sandbox uses. mypy holds the sandbox and moto against them, and
tests/sandbox/moto/test_protocols.py holds real objects.
"""
