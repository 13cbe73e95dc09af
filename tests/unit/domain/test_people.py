import pytest

from bulkgen.domain.errors import NotAllowedError, NotFoundError
from bulkgen.domain.people import LOCAL_ADMIN, Actor, Role
from tests.fakes.factories import a_uuid

OTHERS = [Role.EDITOR, Role.MEMBER]


@pytest.mark.parametrize("role", Role)
def test_everyone_may_see_what_is_theirs(role):
    Actor(a_uuid(1), role).check_may_see(a_uuid(1), "job")


def test_an_admin_may_see_what_is_anyones():
    Actor(a_uuid(1), Role.ADMIN).check_may_see(a_uuid(2), "job")


@pytest.mark.parametrize("role", OTHERS)
def test_what_is_anothers_looks_as_if_it_did_not_exist(role):
    with pytest.raises(NotFoundError) as refused:
        Actor(a_uuid(1), role).check_may_see(a_uuid(2), "image")

    assert str(refused.value) == "There is no such image."


@pytest.mark.parametrize("role", OTHERS)
def test_only_an_admin_may_change_the_installation(role):
    with pytest.raises(NotAllowedError) as refused:
        Actor(a_uuid(1), role).must_be_admin()

    assert str(refused.value) == "Only an admin may change this. Ask one."


def test_an_admin_may_change_the_installation():
    Actor(a_uuid(1), Role.ADMIN).must_be_admin()


def test_lists_show_an_admin_everything_and_others_their_own():
    assert Actor(a_uuid(1), Role.ADMIN).owner_filter is None
    assert Actor(a_uuid(1), Role.EDITOR).owner_filter == a_uuid(1)
    assert Actor(a_uuid(1), Role.MEMBER).owner_filter == a_uuid(1)


def test_the_person_of_an_installation_without_sign_in_is_always_the_same_admin():
    assert LOCAL_ADMIN.role is Role.ADMIN
    assert str(LOCAL_ADMIN.id) == "00000000-0000-4000-8000-000000000001"
