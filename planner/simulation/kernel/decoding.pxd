# Types of decoding.py where it is compiled.

cimport cython

from .tables cimport Requests

cdef long long RING, FEW, NEVER

@cython.final
cdef class Decoding:
    cdef Requests requests
    cdef long long[::1] ring
    cdef readonly long long end, count, youngest
    cpdef add(self, long long job, long long end)
    cpdef long long pop(self, long long step)
    @cython.locals(before="long long", each="long long", younger="long long", older="long long")
    cpdef remove(self, long long job)
    @cython.locals(end="long long", job="long long")
    cdef long long next_end(self)
    @cython.locals(job="long long")
    cdef long long first_at(self, long long step)
    @cython.locals(job="long long")
    cpdef list jobs(self)
