"""The table of relations is whole."""

from guotu.standards.relations import edition, relations, relations_of, stages


def test_relations_follow_the_life_of_land():
    ids = list(relations())
    assert ids.index("siting-approval") < ids.index("approval-supply") < ids.index("supply-register")
    assert edition()


def test_a_dataset_knows_the_relations_it_takes_part_in():
    assert {each.id for each in relations_of("gl.gdgl")} == {"approval-supply", "supply-register"}


def test_stages_say_when_where_a_field_tells():
    assert stages()["gl.ydsp"].date == "PZSJ"
    assert stages()["gl.bdc"].date is None
