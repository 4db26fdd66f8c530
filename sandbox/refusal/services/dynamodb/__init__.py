"""Amazon DynamoDB and its Streams: moto's, with tables that are encrypted at rest.

What the gate calls, and what an operation does:

    service.py             ``DynamoDB`` and ``Streams``: permissions, then the act
    operations.py          one line for every operation of AWS's model
    access.py              what a data request does to which table, with its condition keys
    expressions/           conditions, updates and projections as DynamoDB reads them
    checks/                what DynamoDB refuses and moto would take
    partiql/               statements, read here and done as requests for items
    answers.py             what DynamoDB answers where moto answers something else
    updates.py             UpdateItem, whose answer depends on what was there
    request_tokens.py      transactions that are done once for a token
    resources.py           ARNs, tags and policies of tables; the permissions on them
    lifecycle.py           making, changing, describing, backing up, restoring, deleting tables
    tags.py                tags of tables, and the list of all tables
    stream_reading.py      streams, their iterators and their records
    encryption_options.py  the three encryption options, and changing from one to another

Tables:

    tables.py              the registry of all tables
    to_moto.py             the trip to moto and back, with rows unlocked for its time
    table_states.py        the states of a table, as time and its KMS key move them on

Keys and ciphertext:

    table_keys.py          the table key, wrapped by a KMS key: all that is asked of KMS
    data_keys.py           the keys under it, and what has one
    rows.py                a table's rows at rest, which stand where moto keeps its own
    stream_records.py      a stream's records at rest, likewise
    index_entries.py       which rows a global index holds
    at_rest.py             what is stored, for learners to look at

How a GetItem runs: the gate asks ``DynamoDB.permissions``. checks/ refuses what cannot be read,
operations.py finds the operation, access.py says what it reads, and resources.py makes of that
the permission that IAM must allow. Then ``DynamoDB.act`` goes by operations.py to the checks of
expressions, tables and keys, and to ``ToMoto.with_rows``. There table_states.py refuses a table
that cannot be read now, and table_keys.py gets the table key: one kept from a moment ago, or one
from KMS, which is asked as the caller and may refuse. The table key decrypts the data encryption
key of the rows, and moto answers the request. rows.py decrypts only the rows that moto looks at.
Whatever happens, everything is locked again before the answer leaves.
"""

from .at_rest import AtRest
from .service import DynamoDB, Streams

__all__ = ["AtRest", "DynamoDB", "Streams"]
