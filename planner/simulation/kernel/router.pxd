# Types of router.py where it is compiled.

cimport cython
from .replica cimport SimulatedReplica
from .tables cimport Requests

cdef long long SHIFT, REPLICA

@cython.final
cdef class LeastLoaded:
    cdef Requests requests
    cdef list up, at, due, free
    cpdef submit_all(self, long long first, long long end)
    @cython.locals(chosen=SimulatedReplica, entry="long long", i="long long")
    cpdef submit(self, long long job, double at_s)
    @cython.locals(replica=SimulatedReplica, i="long long", bound=double, load="long long")
    cdef ended(self, double at_s)
