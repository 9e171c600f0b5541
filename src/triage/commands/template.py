# python3 this.py [URI]; needs pymongo.
import sys

from bson import json_util
from bson.int64 import Int64
from bson.son import SON
from pymongo import MongoClient
from pymongo.errors import PyMongoError

COMMANDS = r'''
@COMMANDS@
'''

OPTIONS = json_util.JSONOptions(json_mode=json_util.JSONMode.CANONICAL, document_class=SON)
URI = sys.argv[1] if len(sys.argv) > 1 else "mongodb://127.0.0.1:27017/?directConnection=true"
client, replies = MongoClient(URI, retryWrites=False, retryReads=False), {}


def with_cursors(value):
    if isinstance(value, dict) and "$cursorOf" in value:
        return replies.get(value["$cursorOf"], {}).get("cursor", {}).get("id", Int64(0))
    return [with_cursors(one) for one in value] if isinstance(value, list) else value


for line in filter(None, COMMANDS.splitlines()):
    sent = json_util.loads(line, json_options=OPTIONS)
    command = SON((key, with_cursors(value)) for key, value in sent["command"].items())
    try:
        replies[sent["n"]] = client[sent["db"]].command(command, check=False)
        print(sent["n"], replies[sent["n"]])
    except PyMongoError as error:
        print(sent["n"], repr(error))
