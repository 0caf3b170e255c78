"""What tools/without_defences takes out is still where its list says."""
import pytest

from defences import DEFENCES
from support.repository import REPOSITORY


@pytest.mark.parametrize("defence", DEFENCES, ids=[defence.name for defence in DEFENCES])
def test_a_defence_stands_where_the_list_says(defence):
    source = (REPOSITORY / defence.source).read_text()
    for words in filter(None, (defence.find, defence.also[0])):
        assert source.count(words) == 1, words
