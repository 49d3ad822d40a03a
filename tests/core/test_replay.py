"""The pool of earlier fakes."""

import torch

import ganfw
from ganfw.training.step import Batch


def push(pool, values, index):
    fake = torch.tensor(values)[:, None]
    return pool(fake, ganfw.Step(Batch({"real": fake}), index=index))[:, 0].tolist()


def test_fakes_pass_through_until_the_pool_is_full():
    pool = ganfw.ReplayBuffer(4, (1,))
    assert push(pool, [1.0, 2.0, 3.0], 0) == [1, 2, 3]
    assert push(pool, [4.0, 5.0, 6.0], 1) == [4, 5, 6]
    assert pool.pool[:, 0].tolist() == [1, 2, 3, 4]


def test_a_full_pool_gives_an_old_fake_for_half_of_the_new_ones_and_keeps_those():
    pool = ganfw.ReplayBuffer(8, (1,))
    push(pool, [float(i) for i in range(8)], 0)
    passed, total = 0, 0
    for index in range(1, 201):
        new = [index + 0.1, index + 0.2]
        before, got = set(pool.pool[:, 0].tolist()), push(pool, new, index)
        for value, fake in zip(got, torch.tensor(new).tolist(), strict=True):
            passed, total = passed + (value == fake), total + 1
            assert value == fake or value in before
    assert 0.4 < passed / total < 0.6
    assert pool.pool.min() > 100


def test_the_pool_is_state_and_its_choices_follow_from_the_step():
    first, second = ganfw.ReplayBuffer(4, (1,)), ganfw.ReplayBuffer(4, (1,))
    for index in range(5):
        push(first, [index + 0.1, index + 0.2], index)
    second.load_state_dict(first.state_dict())
    assert push(first, [9.0, 9.5], 5) == push(second, [9.0, 9.5], 5)
    assert torch.equal(first.pool, second.pool)
